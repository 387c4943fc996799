internal import WireCodec

/// Parts of the functions' parameters, as JSON Schema.
enum TimerSchema {
    static let name: JSONValue = [
        "type": "string", "maxLength": 100,
        "description":
            "What the user calls it, such as \"pasta\"; leave it out if nothing was said",
    ]
    static let text: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 500,
        "description": "What is to be remembered, in the user's words",
    ]
    static let which: JSONValue = [
        // Models give a number as a number.
        "type": ["string", "integer"], "minLength": 1, "maxLength": 100,
        "description":
            .string(
                "Its number or its name, or \"timer\", \"alarm\" or \"reminder\" if there is "
                    + "only one of the kind"),
    ]
    static let whichOrAll: JSONValue = [
        "type": ["string", "integer"], "minLength": 1, "maxLength": 100,
        "description":
            .string(
                "Its number or its name; \"all\"; or \"timers\", \"alarms\" or \"reminders\" "
                    + "for all of a kind"),
    ]
    static let length: JSONObject = [
        "hours": amount(168), "minutes": amount(10_080), "seconds": amount(604_800),
    ]
    static let time: JSONObject = [
        "time": [
            "type": "string", "maxLength": 16,
            "description": "Time of day here, 24 hours: \"07:30\", \"19:05\"",
        ],
        "day": [
            "type": "string", "maxLength": 16,
            "description":
                .string(
                    "\"today\", \"tomorrow\", an English weekday for the next such day, or a date as "
                        + "YYYY-MM-DD. Leave it out for the next time that the clock shows the time"
                ),
        ],
        "weekdays": [
            "type": "array", "minItems": 1, "maxItems": 7,
            "items": [
                "type": "string",
                "enum": .array(TimerWords.weekdays.map { .string($0.lowercased()) }),
            ],
            "description": "Only if it is to be repeated every week: on which days",
        ],
    ]

    private static func amount(_ limit: Int64) -> JSONValue {
        ["type": "number", "minimum": 0, "maximum": .int(limit)]
    }

    static func object(
        _ parts: JSONObject..., required: [String] = []
    ) -> JSONValue {
        var properties = JSONObject()
        for part in parts {
            for (key, value) in part { properties[key] = value }
        }
        return [
            "type": "object", "properties": .object(properties),
            "required": .array(required.map { .string($0) }),
        ]
    }
}
