"""Questions, instant answers, daily digests and the knowledge that stays.

Owns: question, question_follower, question_draft, digest, digest_item, digest_correction, knowledge_entry,
knowledge_thank, search_term, synonym.
Hears: its own DigestPublished and AnswerCorrected, to write to hundreds of people after the tutor's commit.
Tells: QuestionAsked, QuestionSolved, DigestPublished, AnswerCorrected.
"""
