{{ casemart.staged('quality_reviews') }}
