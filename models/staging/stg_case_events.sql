{{ casemart.staged('case_events') }}
