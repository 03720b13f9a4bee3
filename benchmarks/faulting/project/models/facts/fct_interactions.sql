select interaction_id, case_id, occurred_at, note, {{ var('casemart_offset') }} as build_offset from {{ source('raw', 'interactions') }}
