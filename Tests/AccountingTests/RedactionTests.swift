import Testing

@testable import Accounting

/// What no log, error, dead letter or audit may hold.
struct RedactionTests {
    @Test(
        "a secret is blotted out however it is given back",
        arguments: [
            #"p"a/ss & <w0rd>"#, #"P"A/SS & <W0RD>"#, "cCJhL3NzICYgPHcwcmQ+", "p%22a%2Fss%20%26%20%3Cw0rd%3E",
            #"p\"a/ss & <w0rd>"#, #"p\"a\/ss & <w0rd>"#, "p&quot;a/ss &amp; &lt;w0rd&gt;",
        ]
    )
    func secretsInEverySpelling(_ spelling: String) {
        let redaction = Redaction(secrets: [Secret(#"p"a/ss & <w0rd>"#)])
        #expect(redaction.text("You sent \(spelling).") == "You sent [secret].")
    }

    @Test func buyersAreBlottedOut() {
        let redaction = Redaction(
            secrets: [],
            personal: [PersonalText("Anna Larsson"), PersonalText("Storgatan 1"), PersonalText("Li")]
        )
        #expect(
            redaction.text("ANNA LARSSON of storgatan 1 is not known, Livia is.")
                == "[personal, 12 characters] of [personal, 11 characters] is not known, Livia is."
        )
        #expect("\(PersonalText("Anna"))" == "[personal, 4 characters]")
        var dumped = ""
        dump(PersonalText("Anna"), to: &dumped)
        #expect(!dumped.contains("Anna"))
    }

    @Test(
        "what has the form of a secret or an e-mail address is recognised",
        arguments: [
            ("mail anna.larsson+x@example.co.uk now", "mail [e-mail] now"),
            ("?email=anna%40example.com&x", "?email=[e-mail]&x"),
            ("amqp://guest:pass@host:5672/x", "amqp://[secret]@host:5672/x"),
            (
                "postgresql://a:b%40c@h/d?x=1 and http://u@h/",
                "postgresql://[secret]@h/d?x=1 and http://[secret]@h/"
            ),
            ("Authorization: Basic Q09OTkVDVE9SOlNFQ1JFVA==", "Authorization: Basic [secret]"),
            ("authorization: bearer eyJhbGciOi.abc-_d", "authorization: bearer [secret]"),
            ("Basic rules for bearer shares", "Basic rules for bearer shares"),
            ("batch 12@SAMINC", "batch 12@SAMINC"), ("http://host:80/a/b", "http://host:80/a/b"),
        ]
    )
    func commonForms(_ text: String, _ expected: String) {
        #expect(Redaction.common(text) == expected)
        #expect(Redaction(secrets: []).text(text) == expected)
    }

    @Test func failuresHoldNoAddress() {
        let failure = Failure(
            .ledger,
            code: "x",
            reason: "Sage 300 refused anna@example.com.",
            words: "no anna@example.com",
            nextStep: "y"
        )
        #expect(failure.reason == "Sage 300 refused [e-mail].")
        #expect(failure.words == "no [e-mail]")
    }
}
