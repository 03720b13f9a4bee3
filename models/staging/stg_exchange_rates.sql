{{ casemart.staged('exchange_rates') }}
