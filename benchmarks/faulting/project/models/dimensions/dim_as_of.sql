select cast(max(opened_at) as date) as as_of from {{ source('raw', 'cases') }}
