{{ casemart.staged('agents') }}
