{{ casemart.leaf(ref('casemart', 'fct_case_closings'), 'first_closed_on', casemart.case_closing_measures(), casemart.case_segments()) }}
