"""Functions of Helm that templates cannot call here, and why; the reasons are for people."""

_RANDOM = "its result would differ at every rendering"
_TIME = "its result would depend on when and where the templates are rendered"
_KEYS = "keys, certificates and passwords would be new at every rendering; keep them in a Secret"
_ONLY_NEW = "only Helm 4.3 and later have it, so a chart with it would not work with Helm 3"
_ENVIRONMENT = "a template must not read the environment, and Helm does not have it either"
_TOML = "TOML is not in the subset of functions; write the text into the template"

REFUSED: dict[str, str] = {
    **dict.fromkeys(
        ("randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt", "randNumeric"), _RANDOM
    ),
    **dict.fromkeys(("shuffle", "uuidv4"), _RANDOM),
    **dict.fromkeys(("ago", "date", "dateInZone", "dateModify", "date_in_zone"), _TIME),
    **dict.fromkeys(("date_modify", "htmlDate", "htmlDateInZone", "mustDateModify"), _TIME),
    **dict.fromkeys(("must_date_modify", "mustToDate", "now", "toDate", "unixEpoch"), _TIME),
    **dict.fromkeys(("bcrypt", "htpasswd", "derivePassword", "encryptAES", "decryptAES"), _KEYS),
    **dict.fromkeys(("buildCustomCert", "genCA", "genCAWithKey", "genPrivateKey"), _KEYS),
    **dict.fromkeys(("genSelfSignedCert", "genSelfSignedCertWithKey"), _KEYS),
    **dict.fromkeys(("genSignedCert", "genSignedCertWithKey"), _KEYS),
    **dict.fromkeys(("durationSeconds", "durationMilliseconds", "durationMicroseconds"), _ONLY_NEW),
    **dict.fromkeys(("durationNanoseconds", "durationMinutes", "durationHours"), _ONLY_NEW),
    **dict.fromkeys(("durationDays", "durationWeeks", "durationRoundTo"), _ONLY_NEW),
    **dict.fromkeys(("durationTruncateTo", "mustToDuration"), _ONLY_NEW),
    **dict.fromkeys(("env", "expandenv"), _ENVIRONMENT),
    **dict.fromkeys(("toToml", "mustToToml", "fromToml"), _TOML),
    "call": "no value of a template is a function",
}
