select
    article_id,
    title,
    topic,
    product,
    published_on,
    -- What is retired later than the as-of day is still there.
    case when retired_on <= {{ casemart.as_of() }} then retired_on end as retired_on,
    author_hours
from {{ ref('casemart', 'stg_knowledge_articles') }}
-- Without a day of publication an article is a draft.
where published_on <= {{ casemart.as_of() }}
