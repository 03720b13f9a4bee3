{{ casemart.staged('outages') }}
