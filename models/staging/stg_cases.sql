{{ casemart.staged('cases') }}
