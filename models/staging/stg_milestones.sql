{{ casemart.staged('milestones') }}
