{{ casemart.staged('knowledge_articles') }}
