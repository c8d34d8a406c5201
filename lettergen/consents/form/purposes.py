"""The purposes for which a photo may be used, in the order of the form."""

PURPOSES = (
    "record",
    "share_care",
    "teach_closed",
    "present_external",
    "publish",
    "public",
    "research",
)
