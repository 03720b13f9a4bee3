{{ casemart.staged('service_audits') }}
