select
    (select cast(sum(cases) as bigint) from {{ ref('casemart', 'case_counts') }}) as cases,
    (select cast(sum(amount) as bigint) from {{ ref('casemart', 'case_counts') }}) as amount,
    (select cast(sum(interactions) as bigint) from {{ ref('casemart', 'interaction_counts') }}) as interactions
