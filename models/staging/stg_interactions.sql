{{ casemart.staged('interactions') }}
