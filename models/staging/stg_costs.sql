{{ casemart.staged('costs') }}
