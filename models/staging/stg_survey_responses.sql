{{ casemart.staged('survey_responses') }}
