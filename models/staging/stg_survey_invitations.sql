{{ casemart.staged('survey_invitations') }}
