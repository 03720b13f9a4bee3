{{ casemart.leaf(
    ref('casemart', 'fct_case_openings'),
    'opened_on',
    {'opened_cases': 'true', 'entitled_opened_cases': 'is_account_entitled'},
    ['product', 'queue', 'channel', 'delivery_model', 'priority', 'case_type', 'topic', 'account_segment', 'region'],
) }}
