internal import Text

/// The colours that Home Assistant knows by name: those of CSS (w3.org/TR/css-color-3, section
/// 4.3), and its own.
enum HomeColor {
    /// The name as Home Assistant knows it, whatever its blanks and capitals; nil if it knows none.
    static func known(_ name: String) -> String? {
        let plain = plain(name)
        return names.contains(plain) ? plain : nil
    }

    /// A name that is spelled like this one.
    static func near(_ name: String) -> String {
        let plain = plain(name)
        return names.map { ($0, Spelling.distance(plain, $0)) }.min { $0.1 < $1.1 }?.0 ?? "white"
    }

    private static func plain(_ name: String) -> String {
        String(name.prefix(HomeName.lengthLimit).lowercased().filter(\.isLetter))
    }

    private static let names: [String] = """
        aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue
        blueviolet brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk
        crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki
        darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
        darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue
        dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite
        gold goldenrod gray green greenyellow grey homeassistant honeydew hotpink indianred indigo
        ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
        lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen
        lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen
        magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen
        mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream
        mistyrose moccasin navajowhite navy navyblue oldlace olive olivedrab orange orangered orchid
        palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
        powderblue purple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell
        sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal
        thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen
        """.split { $0.isWhitespace }.map(String.init)
}
