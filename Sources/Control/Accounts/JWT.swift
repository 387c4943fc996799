internal import Crypto
internal import WireCodec

/// A signed claim (RFC 7519) in the form that Google's token server accepts from a service account.
enum JWT {
    /// Header and claims, signed with RS256, in the three parts of the compact form.
    static func signed(
        _ claims: JSONValue, keyID: String?, by key: SigningKey
    ) throws(CryptoError) -> String {
        var header: JSONObject = ["alg": "RS256", "typ": "JWT"]
        header["kid"] = keyID.map { .string($0) }
        let content = "\(part(JSONValue.object(header))).\(part(claims))"
        let signature = try key.signRS256(Array(content.utf8))
        return "\(content).\(part(signature))"
    }

    private static func part(_ value: JSONValue) -> String { part(Array(value.serialized.utf8)) }

    /// Base64 in the URL-safe alphabet, without padding (RFC 7515, 2).
    private static func part(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        Base64.append(bytes, to: &text)
        let letters = text.compactMap { letter -> UInt8? in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: letter
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
