{{ casemart.staged('contracts') }}
