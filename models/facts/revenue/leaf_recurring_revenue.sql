with
segment_rows as (
    {{ casemart.recurring_segment_rows() }}
)

{{ casemart.recurring_leaf('segment_rows') }}
