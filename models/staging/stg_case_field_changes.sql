{{ casemart.staged('case_field_changes') }}
