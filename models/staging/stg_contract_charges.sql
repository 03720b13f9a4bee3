{{ casemart.staged('contract_charges') }}
