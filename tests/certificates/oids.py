"""Object identifiers that the builder writes."""

ATTRIBUTES = {
    "CN": "2.5.4.3",
    "serialNumber": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "businessCategory": "2.5.4.15",
    "emailAddress": "1.2.840.113549.1.9.1",
    "jurisdictionCountry": "1.3.6.1.4.1.311.60.2.1.3",
}

SUBJECT_KEY_ID, KEY_USAGE, SUBJECT_ALT_NAME = "2.5.29.14", "2.5.29.15", "2.5.29.17"
BASIC_CONSTRAINTS, CRL_POINTS, POLICIES = "2.5.29.19", "2.5.29.31", "2.5.29.32"
AUTHORITY_KEY_ID, EXTENDED_KEY_USAGE = "2.5.29.35", "2.5.29.37"
AUTHORITY_INFO, CA_ISSUERS = "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.48.2"

# Policies 2.16.76.1.2.T.n; 99 stands for an authority that does not exist.
A1, A2, A3, A4, S1 = (f"2.16.76.1.2.{n}.99" for n in (1, 2, 3, 4, 101))
SE_S, SE_H, T3, T4 = (f"2.16.76.1.2.{n}.99" for n in (201, 202, 303, 304))
AE_S, AE_H, CF_E_SAT, OM_BR = (f"2.16.76.1.2.{n}.99" for n in (401, 402, 500, 550))
CPS, USER_NOTICE = "1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"

SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
EMAIL_PROTECTION, TIME_STAMPING = "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8"
SMARTCARD_LOGON, UPN = "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.4.1.311.20.2.3"

RSA, SHA256_WITH_RSA = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
