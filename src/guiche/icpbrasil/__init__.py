"""What an ICP-Brasil certificate says, and whether it carries a matrícula CEI.

Pure: no input, output, clock or network. `inspect` reads one certificate, `inspect_fields` values
pasted without one; both always answer.
"""

from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.enrolment import Enrolment, Evidence, Reason, Status
from guiche.icpbrasil.field import Field
from guiche.icpbrasil.findings import Finding
from guiche.icpbrasil.holder import Person
from guiche.icpbrasil.inspection import Inspection, inspect, inspect_fields
from guiche.icpbrasil.nis import Nis
from guiche.icpbrasil.other_name import OtherName
from guiche.icpbrasil.profile import Profile
from guiche.icpbrasil.registration_authority import RegistrationAuthority
from guiche.icpbrasil.tlv import Malformed
from guiche.icpbrasil.validity import Validity

__all__ = [
    "Certificate",
    "Enrolment",
    "Evidence",
    "Field",
    "Finding",
    "Inspection",
    "Malformed",
    "Nis",
    "OtherName",
    "Person",
    "Profile",
    "Reason",
    "RegistrationAuthority",
    "Status",
    "Validity",
    "inspect",
    "inspect_fields",
]
