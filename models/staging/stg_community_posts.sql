{{ casemart.staged('community_posts') }}
