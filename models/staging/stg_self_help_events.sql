{{ casemart.staged('self_help_events') }}
