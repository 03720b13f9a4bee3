{{ casemart.staged('contract_renewals') }}
