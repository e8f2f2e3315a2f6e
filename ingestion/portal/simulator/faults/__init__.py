"""Faults on demand: each is one small function that answers a search in a wrong way.

Asked for through the control endpoint: `POST /__faults/order {"name": …, "times": 2, "parameter": …}`;
the next `times` searches are answered by it, then the portal is honest again.
"""

from ingestion.portal.simulator.faults import connection, paging, records, text
from ingestion.portal.simulator.faults.fault import Answer, Fault, FaultCall, faults_of

FAULTS: dict[str, Fault] = {
    fault.name: fault for module in (connection, text, records, paging) for fault in faults_of(module)
}
__all__ = ["FAULTS", "Answer", "Fault", "FaultCall"]
