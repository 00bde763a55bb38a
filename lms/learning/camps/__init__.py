"""Camps: what is taught and when.

Owns camps and their revisions, the days and tasks of each, cohorts with their own copies of days and tasks,
tutors of cohorts, and the reading and writing of a camp as a folder of Markdown.
Hears nothing. Tells CohortOpened and CohortMoved.
"""
