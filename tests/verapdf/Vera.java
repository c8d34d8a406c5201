import java.io.FileInputStream;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

/** Validates each file against each standard, and prints a line for each pair and each broken rule. */
public class Vera {
  private static final String PROFILES = "/org/verapdf/pdfa/validation/";
  private static final Map<String, ValidationProfile> READ = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    Logger.getLogger("").setLevel(Level.SEVERE);
    VeraGreenfieldFoundryProvider.initialise();
    boolean allConform = true;
    for (int i = 1; i < arguments.length; i++) {
      for (String standard : arguments[0].split(",")) {
        allConform &= conforms(arguments[i], standard);
      }
    }
    System.exit(allConform ? 0 : 1);
  }

  private static boolean conforms(String file, String standard) throws Exception {
    try (PDFAParser parser =
        Foundries.defaultInstance()
            .createParser(new FileInputStream(file), PDFAFlavour.fromString(standard))) {
      ValidationResult result =
          Foundries.defaultInstance().createValidator(profile(standard), false).validate(parser);
      System.out.println((result.isCompliant() ? "pass " : "FAIL ") + standard + " " + file);
      TreeMap<String, Integer> broken = new TreeMap<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
          broken.merge(rule + " " + assertion.getMessage(), 1, Integer::sum);
        }
      }
      broken.forEach((rule, times) -> System.out.println("     " + times + " × " + rule));
      return result.isCompliant();
    }
  }

  private static ValidationProfile profile(String standard) throws Exception {
    if (!READ.containsKey(standard)) READ.put(standard, read(standard));
    return READ.get(standard);
  }

  /** Read from the jar: the library looks for a folder, which this packaging of it does not have. */
  private static ValidationProfile read(String standard) throws Exception {
    String name = standard.startsWith("ua") ? "PDFUA-" + standard.substring(2) : "PDFA-" + standard.toUpperCase();
    try (InputStream stream = Vera.class.getResourceAsStream(PROFILES + name + ".xml")) {
      return Profiles.profileFromXml(stream);
    }
  }
}
