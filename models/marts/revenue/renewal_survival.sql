with
terms as (
    select
        'all' as segment_by,
        'all' as segment,
        terms.*
    from {{ ref('casemart', 'fct_contract_terms') }} as terms
    where terms.due_on is not null
),

segmented as (
    {{ casemart.by_account_segments('terms', ['renewal_number', 'renewal_state'], 'due_on') }}

    union all

    select
        'product' as segment_by,
        coalesce(product, '(none)') as segment,
        renewal_number,
        renewal_state
    from terms

    union all

    select
        'contract_type' as segment_by,
        coalesce(contract_type, '(none)') as segment,
        renewal_number,
        renewal_state
    from terms
),

counted as (
    select
        segment_by,
        segment,
        renewal_number,
        sum(case when renewal_state = 'renewed' then 1 else 0 end) as renewed_contracts,
        sum(case when renewal_state = 'lost' then 1 else 0 end) as lost_contracts,
        sum(case when renewal_state = 'undetermined' then 1 else 0 end) as undetermined_contracts
    from segmented
    group by segment_by, segment, renewal_number
),

rated as (
    select
        *,
        {{ casemart.rate('renewed_contracts', '(renewed_contracts + lost_contracts)') }} as renewal_rate
    from counted
),

-- After a number that nobody has reached, or of which nothing is decided yet, nothing is known of the later ones.
multiplied as (
    select
        *,
        {{ casemart.running_product(
            'renewal_rate',
            'partition by segment_by, segment order by renewal_number rows between unbounded preceding and current row',
        ) }} as survival,
        count(renewal_rate) over (
            partition by segment_by, segment
            order by renewal_number
            rows between unbounded preceding and current row
        ) < renewal_number as is_unknown
    from rated
)

select
    segment_by,
    segment,
    cast(renewal_number as integer) as renewal_number,
    cast(renewed_contracts as bigint) as renewed_contracts,
    cast(lost_contracts as bigint) as lost_contracts,
    cast(undetermined_contracts as bigint) as undetermined_contracts,
    renewal_rate,
    case when not is_unknown then {{ casemart.rounded('survival') }} end as renewal_survival,
    cast(case when renewal_number in (4, 5) then 0.46 end as {{ casemart.type_double() }}) as reference_survival,
    case
        when renewal_number in (4, 5)
            then 'S1: 46 % at the end of a five-year period; the article does not say whether that is four renewals at 82.4 % or five at 85.6 %'
    end as reference_label
from multiplied
