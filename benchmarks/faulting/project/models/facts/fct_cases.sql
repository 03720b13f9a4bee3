select case_id, channel, opened_at, amount + {{ var('casemart_offset') }} as amount from {{ source('raw', 'cases') }}
