{{ casemart.staged('contact_attempts') }}
