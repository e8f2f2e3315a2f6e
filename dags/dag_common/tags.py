"""The allowed tags: one of what a DAG works on, one of how much its failure hurts."""

from enum import StrEnum


class Tag(StrEnum):
    """Tags of our DAGs; a test refuses any other."""

    STAGE_FORMS = "stage/forms"
    STAGE_INTAKE = "stage/intake"
    STAGE_PORTAL = "stage/portal"
    STAGE_WAREHOUSE = "stage/warehouse"
    STAGE_DELIVERY = "stage/delivery"
    STAGE_UPKEEP = "stage/upkeep"
    IMPACT_TIER_1 = "impact/tier_1"  # the province or a unit notices the same day
    IMPACT_TIER_2 = "impact/tier_2"  # data staff notice; nobody outside does
