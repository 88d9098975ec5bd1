import ExactJSON

/// `Status` of a record that can be made inactive.
enum SageActivity {
    /// True unless it says otherwise, by caption or by number.
    static func isActive(_ json: JSON?) -> Bool {
        json?.string?.lowercased() != "inactive" && json?.int != 0 && json?.string != "0"
    }
}
