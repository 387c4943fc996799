/// Finds the words of a transcript, for confirmations.
enum SpokenWords {
    /// Whether a text has the words of a phrase, in order and adjacent.
    static func contains(_ text: String, _ phrase: String) -> Bool {
        let wanted = words(phrase)
        let said = words(text)
        guard !wanted.isEmpty, said.count >= wanted.count else { return false }
        return (0...(said.count - wanted.count)).contains { start in
            said[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }

    /// The digits of a text, in figures or as words, without anything in between.
    ///
    /// "Twelve" has none: a PIN is said digit by digit.
    static func digits(in text: String) -> String {
        words(text).map { word in
            if let digit = digitWords[word] { return digit }
            let values = word.map(\.wholeNumberValue)
            guard values.allSatisfy({ $0.map { $0 < 10 } ?? false }) else { return "" }
            return values.compactMap { $0 }.map(String.init).joined()
        }.joined()
    }

    /// Letters and figures in lower case, split at everything else.
    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// The services' spelling of single digits in the languages that users often speak.
    private static let digitWords: [String: String] = {
        let lists = [
            "zero one two three four five six seven eight nine",
            "null eins zwei drei vier fünf sechs sieben acht neun",
            "zéro un deux trois quatre cinq six sept huit neuf",
            "cero uno dos tres cuatro cinco seis siete ocho nueve",
            "zero uno due tre quattro cinque sei sette otto nove",
            "zero um dois três quatro cinco seis sete oito nove",
            "nul een twee drie vier vijf zes zeven acht negen",
        ]
        var table = ["zwo": "2"]
        for list in lists {
            for (digit, word) in list.split(separator: " ").enumerated() {
                table[String(word)] = String(digit)
            }
        }
        return table
    }()
}
