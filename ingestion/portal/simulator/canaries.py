"""The personal texts that the simulator puts into its answers; none may ever be found behind the client."""

CITIZEN = "CÔNG DÂN MẪU"
OFFICIAL = "CÁN BỘ MẪU"
PLACEHOLDER_ID = "000000001"  # a placeholder really seen where an id was missing (domain 3.3)
CITIZEN_ID = "000912345678"  # no province has the code 000
PHONE = "0900000000"
EMAIL = "cong.dan.mau@example.invalid"
ADDRESS = "SỐ NHÀ MẪU"
SUBJECT = "TRÍCH YẾU MẪU"
NOTE = "GHI CHÚ MẪU"
FILE_NAME = "cong_dan_mau"
FILE_ADDRESS = "https://tep-mau.example.invalid"

CANARIES = (
    CITIZEN, OFFICIAL, PLACEHOLDER_ID, CITIZEN_ID, PHONE, EMAIL, ADDRESS, SUBJECT, NOTE, FILE_NAME, FILE_ADDRESS,
)  # fmt: skip
