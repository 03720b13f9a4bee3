{{ casemart.staged('accounts') }}
