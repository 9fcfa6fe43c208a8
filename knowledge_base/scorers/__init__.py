"""Second scorers, each behind `knowledge_base.scorer.Scorer`; none is needed."""
