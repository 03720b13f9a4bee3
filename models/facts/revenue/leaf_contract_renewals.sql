{{ casemart.leaf(
    ref('casemart', 'fct_contract_terms'),
    'due_on',
    casemart.contract_renewal_measures(),
    casemart.account_segments() + ['product', 'contract_type'],
    amounts=casemart.contract_renewal_amounts(),
) }}
