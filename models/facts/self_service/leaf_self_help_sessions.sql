{{ casemart.leaf(
    ref('casemart', 'fct_self_help_sessions'),
    'session_on',
    casemart.self_help_measures(),
    ['channel', 'product', 'topic', 'account_segment', 'region'],
) }}
