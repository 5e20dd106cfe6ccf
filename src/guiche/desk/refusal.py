"""What the desk refuses a person, and why.

Refused                     the message is pt-BR and shown as it is
├── Problem                 a typed value is not accepted             (intake/facts.py)
├── Incomplete              a draft lacks something; lists all of it  (intake/draft.py)
├── AlreadyRecorded         the same form was sent before             (tickets/event.py)
├── MoveRefused             the ticket may not move like that         (tickets/moves.py)
└── AttemptRefused          the contact attempt cannot be recorded    (promises/attempt.py)
"""


class Refused(Exception):
    """Root of what a person may not do now; says what to do instead."""
