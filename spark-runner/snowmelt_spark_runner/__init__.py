"""Runs one step of a Snowmelt plan on Spark. No pipeline logic: all SQL comes finished in the step."""
