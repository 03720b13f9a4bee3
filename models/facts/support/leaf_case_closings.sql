{{ casemart.leaf(
    ref('casemart', 'fct_case_closings'),
    'first_closed_on',
    {
        'first_closed_cases': 'true',
        'one_touch_cases': 'is_one_touch',
    },
    casemart.case_segments(),
) }}
