{{ casemart.staged('engagements') }}
