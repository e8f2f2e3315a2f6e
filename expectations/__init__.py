"""Judgement: Great Expectations suites, verdicts, flags."""
