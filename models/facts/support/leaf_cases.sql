{{ casemart.leaf(ref('casemart', 'fct_cases'), 'fcr_on', casemart.first_contact_measures(), casemart.case_segments()) }}
