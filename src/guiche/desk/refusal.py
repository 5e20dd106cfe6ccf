"""What the desk refuses a person, and why.

Refused                     the message is pt-BR and shown as it is
├── Problem                 a typed value is not accepted             (intake/problem.py)
├── Incomplete              a draft lacks something; lists all of it  (intake/draft.py)
├── ChangedMeanwhile        somebody else changed the draft           (intake/draft.py)
├── ImageRefused            the picture is not kept                   (intake/image.py)
├── NotRead                 nothing was read from what was sent       (pages/uploads.py)
├── NotGiven             nothing was read from what a customer sent   (portal/words.py)
├── AlreadyRecorded         the same form was sent before             (tickets/event.py)
├── MoveRefused             the ticket may not move like that         (tickets/moves.py)
│   └── HandRefused         ... or not change hands                   (tickets/hands.py)
├── UndoRefused             it is too late to undo it                 (tickets/undo.py)
├── TeamRefused             the name is no name of a team             (people/team.py)
├── NumberRefused           the text is no number of another desk     (tickets/told.py)
│   └── NumberTaken         ... it is the number of another ticket    (tickets/told.py)
├── ErasureRefused          the data of the ticket are still needed   (tickets/erasure.py)
├── LinkRefused             the ticket of the desk is another one's   (deliveries/link.py)
├── DeliveryRefused         the delivery is under way, or over        (deliveries/decided.py)
├── TokenRefused            the token of a program is not made so     (api/token.py)
├── StrayRefused            what was found is settled, or not so      (deliveries/stray.py)
├── SettingsRefused         a connection cannot be used so            (connectors/settings.py)
├── PortfolioRefused        the portfolio is not in a state for it    (portfolios/portfolio.py)
├── AttemptRefused          the contact attempt cannot be recorded    (promises/attempt.py)
├── AnswerRefused           what the customer sent is not taken       (tickets/followed.py)
├── FileRefused             the file beside the ticket is not kept    (tickets/filed.py)
├── HeadsRefused            the file of heads cannot be compared with (tickets/heads.py)
├── MessageRefused          the e-mail cannot be sent                 (messages/message.py)
├── BackupRefused           no copy of the database, or none put back (backup.py)
├── HoursRefused            the hours of the team are not understood  (site/hours.py)
├── NeverOver               hours of work do not pass in these hours  (site/counting.py)
├── DigestRefused           the digest cannot be sent to this person  (figures/digest.py)
├── SavedMeanwhile          another version of the settings holds     (site/site.py)
├── ConnectionChanged       somebody else changed the connection      (connectors/change.py)
└── PublishedMeanwhile      another version of the procedure holds    (procedures/version.py)
"""


class Refused(Exception):
    """Root of what a person may not do now; says what to do instead."""
