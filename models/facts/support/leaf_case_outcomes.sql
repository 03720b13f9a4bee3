{{ casemart.leaf(
    ref('casemart', 'fct_cases'),
    'fcr_on',
    {'cases': 'true'},
    casemart.case_segments(),
    groups=['fcr_status', 'fcr_reason'],
) }}
