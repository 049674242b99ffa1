"""What leaves a result for other programs: a workbook, plain tables, and an event log for process mining."""
